"""From the model to text and bytes: results.json and the pages. Writes nothing itself."""
