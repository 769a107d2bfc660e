package io.github.peft4j.task.generate.logits;

/**
 * Divides scores.
 *
 * @param temperature below 1 makes likely tokens likelier
 */
record Temperature(double temperature) implements LogitsProcessor {

    @Override
    public void process(TokenRow row, float[] scores) {
        float divisor = (float) temperature;
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= divisor;
        }
    }
}
