"""OpenAI's four endpoints, one file each: Azure and compatible servers use the same bodies."""
