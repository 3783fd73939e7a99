// What the tabs hold when GraphiQL is opened for the first time.

const WELCOME = `# Welcome to the API of this blog. Ctrl+Enter runs what is written here.
#
# Everybody may read what is public. To write, and to watch your posts being made, paste an access
# token above, or sign in on the site: then this page asks in your name.
`;

/** Operations, each in a tab of its own, with variables where they are needed. */
export const examples = [
  {
    query: `${WELCOME}
query LatestPosts {
  posts(first: 5) {
    nodes {
      id
      slug
      title
      excerpt
      tags
      publishedAt
      author { nickname }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  },
  {
    query: `query Search($text: String!) {
  search(query: $text, first: 5) {
    nodes {
      post { slug title }
    }
  }
}
`,
    variables: { text: "한국어" },
  },
  {
    query: `query Me {
  viewer {
    user { nickname }
    email
    role
    posts(first: 5) { nodes { id title status } }
  }
}
`,
  },
  {
    query: `mutation CreateDraft($input: CreatePostInput!) {
  createPost(input: $input) {
    __typename
    ... on CreatePostSuccess {
      post {
        id
        workingCopy { revision }
      }
    }
    ... on UserError {
      code
      message
    }
  }
}
`,
    variables: { input: { title: "From GraphiQL", markdown: "Written by a **program**." } },
  },
  {
    query: `# Put the id and the revision that CreateDraft answered into the variables.
mutation Publish($input: PublishPostInput!) {
  publishPost(input: $input) {
    __typename
    ... on PublishPostSuccess {
      post {
        slug
        stages { kind status }
      }
    }
    ... on UserError {
      code
      message
    }
  }
}
`,
    variables: { input: { id: "", expectedRevision: 1 } },
  },
  {
    query: `# Run it, then publish a post in another tab: each step arrives as it happens. After a break, pass
# the last cursor that you saw as \`after\`, and nothing is missed.
subscription WatchPipelines {
  myPipelines {
    kind
    seq
    cursor
    stages {
      kind
      status
      progress { done total }
      failure { code message }
    }
  }
}
`,
  },
];
