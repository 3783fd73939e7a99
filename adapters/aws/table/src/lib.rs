//! The single table on DynamoDB.
