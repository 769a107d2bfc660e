package io.github.peft4j.adapter;

/**
 * Acts around the optimizer's step, as AdaLoRA does to reallocate rank. The trainer calls {@link
 * #beforeStep} when the gradients of a step are complete and {@link #afterStep} when the optimizer
 * has used them.
 */
public interface StepAware {

    /** Sees the gradients of step {@code step} (counted from 0) before the optimizer does. */
    void beforeStep(long step);

    /** Runs after the optimizer's step. */
    void afterStep(long step);
}
