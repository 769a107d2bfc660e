package io.github.peft4j.task.generate.prefix;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import com.google.common.base.Preconditions;
import com.google.common.primitives.Longs;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.ops.TensorOps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a model computed of the beginnings of prompts: prompts that begin alike, with a system
 * text or with examples, compute their common part once.
 *
 * <p>Kept are keys and values of all layers, in blocks of {@value #BLOCK} tokens, each block by the
 * tokens from the start of the text on, the model, its active adapters with their scales, and the
 * state of their tensors: after a step of training, a new adapter or another scale nothing is taken
 * from before. Results are those of a generation without it but for rounding, since the rest of a
 * prompt is computed in another call than its beginning.
 *
 * <p>A token takes 2 · layers · key heads · head size · 4 bytes; where the blocks exceed the limit,
 * those that were not used for the longest time go. Close it after its last use; any number of
 * threads and generators may share one.
 *
 * <p>Adapters whose keys depend on more than the tokens before (prompt and prefix tuning, X-LoRA,
 * aLoRA), encoder-decoders, and rotary positions that change with the length of the text neither
 * read nor fill it.
 */
public final class PrefixCache implements AutoCloseable {

    /** Tokens of a block. */
    public static final int BLOCK = 16;

    private final long limit;
    private final NDManager manager;
    private final Map<Object, Node> roots = new HashMap<>();
    private long bytes;
    private long clock;
    private long reused;
    private boolean closed;

    private PrefixCache(long limit) {
        this.limit = limit;
        manager = Engines.newManager();
        manager.setName("prefix cache");
    }

    /**
     * An empty cache.
     *
     * @param limit bytes of keys and values that it holds at most
     */
    public static PrefixCache ofBytes(long limit) {
        Preconditions.checkArgument(
                limit > 0, "A prefix cache of %s bytes holds nothing. Give it some room.", limit);
        return new PrefixCache(limit);
    }

    /** A block behind its beginning. */
    private static final class Node {
        private final @Nullable Node parent;
        private final Object key;
        private final Map<Object, Node> next = new HashMap<>();
        private final @Nullable NDArray block;
        private long used;

        Node(@Nullable Node parent, Object key, @Nullable NDArray block) {
            this.parent = parent;
            this.key = key;
            this.block = block;
        }
    }

    /** Bytes of the keys and values that are kept now. */
    public synchronized long bytes() {
        return bytes;
    }

    /** Tokens that did not have to be computed so far. */
    public synchronized long reusedTokens() {
        return reused;
    }

    /**
     * The longest kept beginning of a text.
     *
     * @param scope where the result lives
     * @return [2 layers, tokens, width], keys and values in turn; null if nothing is kept
     */
    synchronized @Nullable NDArray find(Object state, long[] tokens, NDManager scope) {
        Preconditions.checkState(!closed, "The prefix cache is closed. Generate without it.");
        NDList blocks = new NDList();
        Node node = roots.get(state);
        for (int at = 0; node != null && at + BLOCK <= tokens.length; at += BLOCK) {
            node = node.next.get(key(tokens, at));
            if (node != null && node.block != null) {
                node.used = ++clock;
                blocks.add(node.block);
            }
        }
        if (blocks.isEmpty()) {
            return null;
        }
        NDArray all = NDArrays.concat(blocks, 1);
        all.attach(scope);
        return all;
    }

    /** How many tokens of a text are kept. */
    synchronized int kept(Object state, long[] tokens) {
        Node node = roots.get(state);
        int at = 0;
        while (node != null && at + BLOCK <= tokens.length) {
            node = node.next.get(key(tokens, at));
            at += node == null ? 0 : BLOCK;
        }
        return at;
    }

    /**
     * Keeps whole blocks of a text.
     *
     * @param from how many tokens were kept before
     * @param computed keys and values of the tokens from there on, [2 layers, tokens, width]
     */
    synchronized void keep(Object state, long[] tokens, int from, NDArray computed) {
        if (closed) {
            return;
        }
        Node node = roots.computeIfAbsent(state, key -> new Node(null, key, null));
        for (int at = 0; at + BLOCK <= tokens.length; at += BLOCK) {
            Object key = key(tokens, at);
            Node next = node.next.get(key);
            if (next == null) {
                if (at < from) {
                    break; // its beginning went meanwhile
                }
                NDArray block = copy(computed, at - from);
                next = new Node(node, key, block);
                node.next.put(key, next);
                bytes += block.size() * block.getDataType().getNumOfBytes();
            }
            next.used = ++clock;
            node = next;
        }
        shrink();
    }

    private NDArray copy(NDArray computed, int at) {
        try (NDArray view = computed.get(new NDIndex(":, {}:{}", at, at + BLOCK))) {
            NDArray block = TensorOps.detached(view);
            block.attach(manager);
            return block;
        }
    }

    /** Counts tokens that were taken from here. */
    synchronized void count(long tokens) {
        reused += tokens;
    }

    private void shrink() {
        while (bytes > limit) {
            Node oldest = null;
            for (Node leaf : leaves()) {
                oldest = oldest == null || leaf.used < oldest.used ? leaf : oldest;
            }
            if (oldest == null) {
                return;
            }
            remove(oldest);
        }
    }

    private List<Node> leaves() {
        List<Node> leaves = new ArrayList<>();
        List<Node> open = new ArrayList<>(roots.values());
        while (!open.isEmpty()) {
            Node node = open.remove(open.size() - 1);
            if (node.next.isEmpty() && node.block != null) {
                leaves.add(node);
            }
            open.addAll(node.next.values());
        }
        return leaves;
    }

    private void remove(Node leaf) {
        NDArray block = leaf.block;
        if (block != null) {
            bytes -= block.size() * block.getDataType().getNumOfBytes();
            block.close();
        }
        Node parent = leaf.parent;
        if (parent == null) {
            roots.remove(leaf.key);
            return;
        }
        parent.next.remove(leaf.key);
        if (parent.block == null && parent.next.isEmpty()) {
            roots.remove(parent.key);
        }
    }

    private static Object key(long[] tokens, int at) {
        return Longs.asList(Arrays.copyOfRange(tokens, at, at + BLOCK));
    }

    @Override
    public synchronized void close() {
        closed = true;
        roots.clear();
        manager.close();
    }
}
