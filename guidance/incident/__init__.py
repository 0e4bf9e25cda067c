"""From a phone's report to the City's incident: what is accepted, who is told, what the desk sees."""
