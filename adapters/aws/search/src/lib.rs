//! The search index of the AWS home: OpenSearch, with Korean by nori.
