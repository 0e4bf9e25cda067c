-- With each alert one asks how many its device has just caused: of those that told somebody, the newest.
CREATE INDEX alerts_told ON alerts (created_at) WHERE tier > 0;
