"""A page's candidates (`PageData`) to records by a schema: by names, by what values look like, never made up."""
