package io.github.peft4j.io;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Access to an array's own memory, piece by piece: a buffer ends at 2 GB, an array does not, and
 * DJL's own copying goes through the Java heap.
 */
final class ArrayMemory {

    /** At most 1 GB of the widest type. */
    static final long ELEMENTS_A_PIECE = 1L << 27;

    private ArrayMemory() {}

    /** Takes one piece; the buffer is dead afterwards. */
    interface Piece {
        void accept(long firstElement, ByteBuffer memory) throws IOException;
    }

    /**
     * Hands out the memory of an array on the CPU, first element first. Writing into it changes the
     * array if its elements lie in order (they do in a new one); else the pieces are a copy.
     */
    static void forEachPiece(NDArray array, long elementsAPiece, Piece piece) throws IOException {
        long size = array.size();
        if (size == 0) {
            return;
        }
        try (NDArray flat = array.reshape(-1)) {
            for (long first = 0; first < size; first += elementsAPiece) {
                long end = Math.min(size, first + elementsAPiece);
                try (NDArray part = flat.get(new NDIndex("{}:{}", first, end))) {
                    piece.accept(first, part.toByteBuffer(true));
                }
            }
        }
    }
}
