/** What GraphiQL opens with, one operation a tab. */
export const exampleOperations = [
  {
    query: `# Press the play button: every parallel decoding step arrives as it happens.
subscription Draw {
  generate(input: { label: { name: "rocket" } }) {
    sequence
    elapsedMs
    ... on StepDecoded {
      step
      totalSteps
      images {
        positions
        tokens
      }
    }
    ... on PreviewRendered {
      step
      image {
        dataUri
      }
    }
    ... on GenerationCompleted {
      images {
        seed
        image {
          url
        }
      }
    }
  }
}
`,
  },
  {
    query: `# What can be drawn.
query Labels {
  model {
    name
    labels(first: 100) {
      totalCount
      edges {
        node {
          index
          symbol
          name
        }
      }
    }
  }
}
`,
  },
  {
    query: `# Two orders with the same seed. Compare them in the studio, or fetch the pictures from their addresses.
mutation TwoOrders {
  random: generate(input: { label: { name: "fox" }, seed: 7, order: { kind: RANDOM } }) {
    id
  }
  raster: generate(input: { label: { name: "fox" }, seed: 7, order: { kind: RASTER } }) {
    id
  }
}
`,
  },
  {
    query: `# Some cells are given as tokens, the others are drawn around them.
subscription DrawAround {
  generate(
    input: {
      label: { name: "sun" }
      steps: 24
      source: { tokens: { positions: [119, 120, 135, 136], tokens: [0, 0, 0, 0] } }
    }
  ) {
    sequence
    ... on GenerationStarted {
      totalSteps
      known {
        values
      }
    }
    ... on StepDecoded {
      step
      images {
        positions
        probabilities
        decoded
      }
    }
    ... on GenerationCompleted {
      images {
        image {
          url
        }
      }
    }
  }
}
`,
  },
  {
    query: `# How many tokens each step would decode, without running anything.
query Plan {
  cosine: decodingPlan(input: { steps: 24 }) {
    tokensPerStep
  }
  linear: decodingPlan(input: { steps: 24, schedule: { kind: LINEAR } }) {
    tokensPerStep
  }
}
`,
  },
  {
    query: `# Queue a generation, and look at it later.
mutation Queue {
  generate(
    input: {
      label: { name: "ghost" }
      seed: 7
      count: 4
      steps: 48
      order: { kind: HALTON }
      guidance: { start: 1, end: 3 }
    }
  ) {
    id
    totalSteps
  }
}

query Latest {
  generations(first: 1) {
    edges {
      node {
        status
        step
        images {
          image {
            url
          }
        }
      }
    }
  }
}
`,
  },
];
