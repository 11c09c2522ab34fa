/** Operations shown in GraphiQL, one per tab. */
export const exampleOperations = [
  {
    query: `# Press the play button. Every decoding step is streamed as it happens.
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
    query: `# List the labels the model can draw.
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
    query: `# Draw with two orders and the same seed, then compare the pictures in the studio.
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
    query: `# Start from known tokens; the model draws the other cells to match.
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
    query: `# How many tokens each step would decode. Nothing is run.
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
    query: `# Queue a generation and query it later.
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
