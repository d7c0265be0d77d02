# src/device
