"""The ten languages: catalogs of translated sentences, how they are kept true, and what is known of their review."""
