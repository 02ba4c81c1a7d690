"""AWS Bedrock: Converse, and InvokeModel for what Converse lacks. Claude's particulars come from ``anthropic``."""
