package io.github.peft4j.tuner.vera;

/**
 * The two matrices that all layers share.
 *
 * @param key seed of the generator that draws them; default 0
 * @param saved whether the adapter's file holds them; default true
 */
public record ProjectionOptions(long key, boolean saved) {

    static final ProjectionOptions DEFAULT = new ProjectionOptions(0, true);
}
