"""What is computed: TOML specs and scenario overlays decoded into frozen, closed types."""
