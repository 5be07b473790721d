"""The use cases of the emulator, one class per resource, without HTTP."""
