"""What the management API says to people: messages and mails, in Chinese and English."""
