"""The process: its logs, its name, and heavy work beside the event loop."""
