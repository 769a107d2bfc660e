package io.github.peft4j.model;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * What an earlier call has computed of this call's rows, up to the input of one layer. Frozen
 * layers below every adapter make the same of a row in each epoch, so a training may keep it and
 * start there.
 *
 * <p>T is the number of positions of a call, padding included where its layout keeps any, H the
 * hidden size. The places of a row are those of its positions up to its last token among the T.
 */
public interface KnownStates {

    /**
     * The layer, from 1, whose input is known for every row; 0 if it is not known for all.
     *
     * @param places of each row
     */
    int layer(List<int[]> places);

    /**
     * The input of {@link #layer}: [T, H], zeros for padding behind a row.
     *
     * @param places of each row
     * @param positions T
     */
    NDArray read(List<int[]> places, long positions);

    /**
     * Takes the input of the lowest layer that an adapter acts on, or of the last one that can be
     * kept.
     *
     * @param layer its number, from 0; as many as there are layers for the output of the last
     * @param states [T, H]
     * @param places of each row
     * @param random whether something below has drawn random numbers, as dropout does
     * @throws IllegalArgumentException if they differ between epochs, or nothing lies below
     */
    void keep(int layer, NDArray states, List<int[]> places, boolean random);
}
