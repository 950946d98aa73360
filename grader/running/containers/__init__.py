"""Sandboxes made by an engine: podman, docker, apptainer."""
