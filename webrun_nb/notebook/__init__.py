"""The notebook part of the toolkit: magics, commands, displays and widgets."""
