package io.github.peft4j.task.generate.config;

/**
 * How many texts are followed at once, and how many returned.
 *
 * @param numBeams {@code num_beams}: texts that beam search follows for each prompt; 1, the
 *     default, is no beam search
 * @param numReturnSequences {@code num_return_sequences}: answers for each prompt; default 1
 * @param lengthPenalty {@code length_penalty}: a text's score is its log probability divided by its
 *     number of new tokens to this power: above 0 favours long answers; default 1
 * @param earlyStopping {@code early_stopping}: when to stop looking
 */
public record BeamOptions(
        int numBeams, int numReturnSequences, double lengthPenalty, EarlyStopping earlyStopping) {

    /** Refuses no beams, and more answers than beams. */
    public BeamOptions {
        requirePositive("num_beams", numBeams);
        requirePositive("num_return_sequences", numReturnSequences);
        if (!Double.isFinite(lengthPenalty)) {
            throw new IllegalArgumentException(
                    "length_penalty is " + lengthPenalty + ", must be finite.");
        }
        if (numBeams > 1 && numReturnSequences > numBeams) {
            throw new IllegalArgumentException(
                    "num_return_sequences is "
                            + numReturnSequences
                            + ", but beam search follows num_beams "
                            + numBeams
                            + " texts. Ask for at most as many.");
        }
    }

    private static void requirePositive(String key, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(key + " is " + value + ". Give 1 or more.");
        }
    }
}
