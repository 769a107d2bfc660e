package io.github.peft4j.tuner;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.model.LayerKind;
import io.github.peft4j.model.LayerSite;

/**
 * A layer that gets an adapter: its sizes, and what a method needs to make tensors for it. Each
 * tensor has an initial value, which is made only where no file holds the tensor.
 */
public final class NewLayer {

    private final AdapterSetBuilder set;
    private final LayerSite site;

    /** A layer of the base, and the adapter that is being made. */
    public NewLayer(AdapterSetBuilder set, LayerSite site) {
        this.set = set;
        this.site = site;
    }

    /** The layer in the base. */
    public LayerSite site() {
        return site;
    }

    /** Its dotted name. */
    public String path() {
        return site.path();
    }

    /** What it is. */
    public LayerKind kind() {
        return site.kind();
    }

    /** Input features of a linear layer, however its weight is stored. */
    public long in() {
        return LinearShape.of(site).in();
    }

    /** Output features of a linear layer. */
    public long out() {
        return LinearShape.of(site).out();
    }

    /** The sizes of a convolution. */
    public ConvolutionShape convolution() {
        return ConvolutionShape.of(site);
    }

    /** Where the adapter's tensors live. */
    public NDManager manager() {
        return set.manager();
    }

    /** Zeros. */
    public InitialValue zeros(long... shape) {
        return InitialValue.zeros(new Shape(shape));
    }

    /** One value everywhere. */
    public InitialValue full(double value, long... shape) {
        return InitialValue.full(value, new Shape(shape));
    }

    /** Uniform within ±bound. */
    public InitialValue uniform(double bound, long... shape) {
        return InitialValue.uniform(bound, new Shape(shape));
    }

    /** Normal with mean 0. */
    public InitialValue normal(double deviation, long... shape) {
        return InitialValue.normal(0, deviation, new Shape(shape));
    }

    /** PyTorch's start of a linear layer; see {@link InitialValue#kaiming}. */
    public InitialValue kaiming(long... shape) {
        return InitialValue.kaiming(new Shape(shape));
    }

    /** A tensor that trains, under its name in the file. */
    public Parameter trained(String name, InitialValue start) {
        return start.trained(name);
    }

    /** A tensor that does not train but counts as a parameter of the model. */
    public Parameter frozen(String name, InitialValue start) {
        return start.frozen(name);
    }

    /** A tensor that does not train and does not count: a buffer, as PyTorch calls it. */
    public Parameter buffer(String name, InitialValue start) {
        Parameter buffer = frozen(name, start);
        set.markBuffer(buffer);
        return buffer;
    }

    /**
     * A frozen tensor that PEFT has no place for: it neither trains nor counts, and is not in the
     * adapter's file.
     *
     * @param suffix names it among the layer's tensors
     * @param kept whether it is saved in a file of its own, which Python does not read; if not, its
     *     initial value must be what it was each time
     */
    public Parameter companion(String suffix, InitialValue start, boolean kept) {
        Parameter companion = buffer(suffix.replace('.', '_'), start);
        String key = LayerTuner.KEY_PREFIX + path() + "." + suffix;
        if (kept) {
            set.addLocalState(key, companion);
        } else {
            set.addUnsaved(key, companion);
        }
        return companion;
    }

    /** A buffer that files leave out: it is computed where an adapter is made or loaded. */
    public Parameter unsavedBuffer(String name, InitialValue start) {
        Parameter buffer = buffer(name, start);
        set.addUnsaved(LayerTuner.KEY_PREFIX + path() + "." + name, buffer);
        return buffer;
    }

    /** Dropout on what the adapter reads of the layer's input. */
    public InputDropout dropout(String option, double p) {
        return new InputDropout(option, p);
    }

    /**
     * Refuses an option that does not fit this layer.
     *
     * @param rule completes "it must be ...", without the full stop
     * @throws IllegalArgumentException if it does not fit; the text names option, value, layer and
     *     rule
     */
    public void require(boolean fits, String option, Object value, String rule) {
        if (!fits) {
            throw new IllegalArgumentException(
                    option
                            + " is "
                            + value
                            + ", but at "
                            + path()
                            + " it must be "
                            + rule
                            + ". Choose another "
                            + option
                            + ", or leave the layer out of the targets.");
        }
    }
}
