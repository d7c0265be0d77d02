# tests/event
