package io.github.peft4j.tuner.boft;

import com.google.common.base.Preconditions;

/**
 * How a layer's input is cut into blocks: by their size or by their number, whose product is the
 * length of the input.
 *
 * @param boftBlockSize features of a block, or 0; default 4
 * @param boftBlockNum number of blocks, or 0; default 0
 */
record BOFTBlocks(int boftBlockSize, int boftBlockNum) {

    /**
     * Checks that one of the two is given.
     *
     * @throws IllegalArgumentException if both are 0, neither is, or one is negative
     */
    public BOFTBlocks {
        Preconditions.checkArgument(
                boftBlockSize >= 0 && boftBlockNum >= 0,
                "boft_block_size is %s and boft_block_num is %s; neither can be negative.",
                boftBlockSize,
                boftBlockNum);
        Preconditions.checkArgument(
                boftBlockSize != 0 || boftBlockNum != 0,
                "boft_block_size and boft_block_num are both 0; one of them must not be. Set"
                        + " optBoftBlockSize(4), for example.");
        Preconditions.checkArgument(
                boftBlockSize == 0 || boftBlockNum == 0,
                "boft_block_size is %s and boft_block_num is %s; give one of them and 0 for the"
                        + " other, since their product is the length of the input.",
                boftBlockSize,
                boftBlockNum);
    }

    /**
     * The number of blocks of an input.
     *
     * @param path the layer, for the error text
     * @param length features of its input, in a convolution numbers of a patch
     * @throws IllegalArgumentException if the blocks do not divide it
     */
    long count(String path, long length) {
        boolean bySize = boftBlockSize != 0;
        int given = bySize ? boftBlockSize : boftBlockNum;
        Preconditions.checkArgument(
                length % given == 0,
                "in_features of %s are %s; they must be divisible by %s (%s). Choose a divisor.",
                path,
                length,
                bySize ? "boft_block_size" : "boft_block_num",
                given);
        return bySize ? length / boftBlockSize : boftBlockNum;
    }
}
