"""The main job in three browser engines: Chromium, Firefox and WebKit."""
