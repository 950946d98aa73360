"""Records at the door of ``fit`` how a program trains: what ``recipe.json`` says."""
