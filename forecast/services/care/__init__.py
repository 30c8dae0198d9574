"""Elder care: need, living arrangement, the setting chosen, beds, places and carers."""
