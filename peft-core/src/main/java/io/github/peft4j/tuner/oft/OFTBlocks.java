package io.github.peft4j.tuner.oft;

import com.google.common.base.Preconditions;
import org.jspecify.annotations.Nullable;

/**
 * How a layer's input is cut into blocks: by their number or by their size, whose product is the
 * length of the input.
 *
 * @param r number of blocks, or 0; default 0
 * @param oftBlockSize features of a block, or 0; default 32
 */
record OFTBlocks(int r, int oftBlockSize) {

    /**
     * Checks that one of the two is given.
     *
     * @throws IllegalArgumentException if both are 0, neither is, or one is negative
     */
    public OFTBlocks {
        Preconditions.checkArgument(
                r >= 0 && oftBlockSize >= 0,
                "r is %s and oft_block_size is %s; neither can be negative.",
                r,
                oftBlockSize);
        Preconditions.checkArgument(
                r != 0 || oftBlockSize != 0,
                "r and oft_block_size are both 0; one of them must not be. Set"
                        + " optOftBlockSize(32), for example.");
        Preconditions.checkArgument(
                r == 0 || oftBlockSize == 0,
                "r is %s and oft_block_size is %s; give one of them and 0 for the other, since"
                        + " their product is the length of the input: optOftBlockSize(0) with"
                        + " optR.",
                r,
                oftBlockSize);
    }

    /** The size of a block of an input: the one that is asked for, or the nearest that fits. */
    long size(long length) {
        return oftBlockSize != 0 ? nearest(length, oftBlockSize) : length / nearest(length, r);
    }

    /** What is changed for an input of this length, in words; null if nothing is. */
    @Nullable String adjustment(long length) {
        boolean bySize = oftBlockSize != 0;
        int given = bySize ? oftBlockSize : r;
        long taken = nearest(length, given);
        return taken == given
                ? null
                : (bySize ? "oft_block_size" : "r")
                        + " is "
                        + given
                        + ", which does not divide "
                        + length
                        + "; it is adjusted to "
                        + taken;
    }

    /** The divisor of a length that lies next to a number, the smaller of two. */
    private static long nearest(long length, long wanted) {
        if (wanted >= length) {
            return length;
        }
        for (long step = 0; ; step++) {
            if (wanted - step >= 1 && length % (wanted - step) == 0) {
                return wanted - step;
            }
            if (length % (wanted + step) == 0) {
                return wanted + step;
            }
        }
    }
}
