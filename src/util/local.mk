# src/util
