"""What figures are drawn with: style, axes, panels, marks and words. Nothing here knows of tables."""
