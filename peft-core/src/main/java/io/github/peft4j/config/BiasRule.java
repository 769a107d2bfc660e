package io.github.peft4j.config;

/** Which biases of the base an adapter trains along with its own tensors. */
public enum BiasRule {
    /** None. */
    NONE,
    /** Every bias of the model that is not saved whole anyway. */
    ALL,
    /** The biases of adapted layers. */
    ADAPTED_LAYERS
}
