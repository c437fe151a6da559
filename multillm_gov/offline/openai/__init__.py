"""OpenAI's four ways to ask, one file each: the bodies that Azure and all compatible servers speak too."""
