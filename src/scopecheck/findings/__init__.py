"""What a bug is: taxonomies of finding types, and which finding rules match one."""
