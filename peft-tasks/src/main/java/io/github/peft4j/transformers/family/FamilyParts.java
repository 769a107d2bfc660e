package io.github.peft4j.transformers.family;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a family made for a config and a head.
 *
 * @param className name of the Python class
 * @param library Python module of that class
 * @param prefix module name of the layers in a model with a head, e.g. {@code bert}; checkpoint
 *     keys may have it or lack it
 * @param bare whether the layers stand at the top, without that prefix
 * @param inputEmbedding path of the token embedding below the layers
 * @param outputEmbedding full path of the layer that makes vocabulary scores, or null
 * @param initializerRange standard deviation of fresh weights
 * @param mayBeFresh modules, besides the head's, that a checkpoint may lack
 * @param aliases by full parameter name: other keys under which a file may hold its tensor, with
 *     the prefix or without, as it does where weights are tied
 */
public record FamilyParts(
        String className,
        String library,
        String prefix,
        boolean bare,
        Backbone backbone,
        Head head,
        String inputEmbedding,
        @Nullable String outputEmbedding,
        double initializerRange,
        List<String> mayBeFresh,
        ImmutableListMultimap<String, String> aliases) {

    /** Copies the collections. */
    public FamilyParts {
        mayBeFresh = ImmutableList.copyOf(mayBeFresh);
    }

    /** Starts with these layers and no head. */
    public static Builder builder(String className, String library, Backbone backbone) {
        return new Builder(className, library, backbone);
    }

    /** Collects the parts. */
    public static final class Builder {

        private final String className;
        private final String library;
        private final Backbone backbone;
        private String prefix = "";
        private boolean bare = true;
        private Head head = new NoHead();
        private String inputEmbedding = "";
        private @Nullable String outputEmbedding;
        private double initializerRange = 0.02;
        private final ImmutableList.Builder<String> mayBeFresh = ImmutableList.builder();
        private final ImmutableListMultimap.Builder<String, String> aliases =
                ImmutableListMultimap.builder();

        private Builder(String className, String library, Backbone backbone) {
            this.className = className;
            this.library = library;
            this.backbone = backbone;
        }

        /** Module name of the layers; it stands in front of their keys unless they are bare. */
        public Builder setPrefix(String name, boolean withoutIt) {
            prefix = name;
            bare = withoutIt;
            return this;
        }

        /** Path of the token embedding below the layers. */
        public Builder setInputEmbedding(String path) {
            inputEmbedding = path;
            return this;
        }

        /** Standard deviation of fresh weights; default 0.02. */
        public Builder setInitializerRange(double deviation) {
            initializerRange = deviation;
            return this;
        }

        /** What stands on the layers; default nothing. */
        public Builder optHead(Head value) {
            head = value;
            return this;
        }

        /** Full path of the layer that makes vocabulary scores. */
        public Builder optOutputEmbedding(@Nullable String path) {
            outputEmbedding = path;
            return this;
        }

        /** A module besides the head's that a checkpoint may lack, by full path. */
        public Builder addMayBeFresh(String module) {
            mayBeFresh.add(module);
            return this;
        }

        /** Another key under which a file may hold a parameter. */
        public Builder addAlias(String parameter, String key) {
            aliases.put(parameter, key);
            return this;
        }

        /** The parts. */
        public FamilyParts build() {
            return new FamilyParts(
                    className,
                    library,
                    prefix,
                    bare,
                    backbone,
                    head,
                    inputEmbedding,
                    outputEmbedding,
                    initializerRange,
                    mayBeFresh.build(),
                    aliases.build());
        }
    }
}
