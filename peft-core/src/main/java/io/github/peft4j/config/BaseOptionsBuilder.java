package io.github.peft4j.config;

import com.google.common.collect.ImmutableSet;
import io.github.peft4j.json.JsonType;

/**
 * The part that the builders of methods with {@link BaseOptions} share.
 *
 * @param <B> the concrete builder, returned by each method
 */
public abstract class BaseOptionsBuilder<B extends BaseOptionsBuilder<B>>
        extends TargetedConfigBuilder<B> {

    private final PeftType type;
    private BaseOptions base = BaseOptions.DEFAULT;

    /**
     * For the builders of the methods.
     *
     * @param keys the JSON keys of the options of {@link TargetModules} that the method has
     */
    protected BaseOptionsBuilder(PeftType type, ImmutableSet<String> keys) {
        super(keys);
        this.type = type;
    }

    /** The options as set so far. */
    protected BaseOptions base() {
        return base;
    }

    @Override
    protected B overlay(ConfigReader json) {
        json.read("fan_in_fan_out", JsonType.FLAG, this::optFanInFanOut);
        json.read("bias", JsonType.STRING, name -> optBias(BiasOption.of(type, name)));
        return super.overlay(json);
    }

    /** All of these options at once. */
    public B optBase(BaseOptions value) {
        base = value;
        return self();
    }

    /** Whether the base weight is stored as [in, out]; corrected by the layers. Default false. */
    public B optFanInFanOut(boolean value) {
        return optBase(base.withFanInFanOut(value));
    }

    /** Which biases of the base are trained along. Default none. */
    public B optBias(BiasOption value) {
        return optBase(new BaseOptions(base.fanInFanOut(), value));
    }
}
