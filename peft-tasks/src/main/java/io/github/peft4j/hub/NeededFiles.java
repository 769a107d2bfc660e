package io.github.peft4j.hub;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.hub.HubException.Reason;
import io.github.peft4j.hub.internal.CacheFolder;
import io.github.peft4j.hub.internal.SafeNames;
import io.github.peft4j.io.checkpoint.ShardIndex;
import io.github.peft4j.io.checkpoint.TokenizerNames;
import io.github.peft4j.json.JsonReasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which files of a repository this library reads: configs, tokenizer, safetensors. Weights come
 * last, so that a snapshot with its weights has all else too.
 */
final class NeededFiles {

    static final String CONFIG = "config.json";
    static final String ADAPTER_CONFIG = "adapter_config.json";
    static final String MODEL = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";
    static final String ADAPTER = "adapter_model.safetensors";

    /** What this library writes next to adapters for which PEFT's file has no place. */
    private static final List<String> SIDECARS =
            ImmutableList.of("adapter_model.local.safetensors", "adapter_model.beside.safetensors");

    /** Files that may be there or not; a commit that lacks one is marked so. */
    static final List<String> SMALL =
            ImmutableList.<String>builder()
                    .add(CONFIG, ADAPTER_CONFIG, "generation_config.json", "adapter_passport.json")
                    .addAll(TokenizerNames.ALL)
                    .add(
                            "modules.json",
                            "sentence_bert_config.json",
                            "config_sentence_transformers.json")
                    .build();

    private NeededFiles() {}

    /** All but the weights, in the listing's names. */
    static List<String> small(HubName name, Collection<String> listed) throws HubException {
        Set<String> needed = new LinkedHashSet<>();
        SMALL.stream().filter(listed::contains).forEach(needed::add);
        for (String file : listed) {
            boolean template =
                    file.startsWith("additional_chat_templates/") && file.endsWith(".jinja");
            boolean module =
                    listed.contains("modules.json")
                            && file.endsWith("/" + CONFIG)
                            && file.indexOf('/') == file.lastIndexOf('/')
                            && Character.isDigit(file.charAt(0));
            if (template || module) {
                needed.add(file);
            }
        }
        if (!listed.contains(MODEL) && listed.contains(INDEX)) {
            needed.add(INDEX);
        }
        return checked(name, needed);
    }

    /**
     * The weights.
     *
     * @param shards what the index names, if there is an index
     * @throws HubException if there are none that may be read
     */
    static List<String> weights(HubName name, Collection<String> listed, Collection<String> shards)
            throws HubException {
        Set<String> needed = new LinkedHashSet<>();
        if (listed.contains(MODEL)) {
            needed.add(MODEL);
        } else {
            needed.addAll(shards);
        }
        if (listed.contains(ADAPTER)) {
            SIDECARS.stream().filter(listed::contains).forEach(needed::add);
            needed.add(ADAPTER);
        }
        checked(name, needed);
        for (String file : needed) {
            if (!listed.contains(file)) {
                throw new HubException(
                        Reason.BROKEN,
                        "%s: %s names %s, which the repository lacks. Tell its authors, or pass another revision."
                                .formatted(name, INDEX, file));
            }
        }
        boolean adapterLacks = listed.contains(ADAPTER_CONFIG) && !listed.contains(ADAPTER);
        if (needed.isEmpty() || adapterLacks) {
            throw unusable(name, listed);
        }
        return List.copyOf(needed);
    }

    /** Weights that are there as programs are refused by name, others with what is there. */
    private static HubException unusable(HubName name, Collection<String> listed) {
        List<String> pickles =
                listed.stream()
                        .filter(
                                file ->
                                        file.endsWith(".bin")
                                                || file.endsWith(".pt")
                                                || file.endsWith(".pth")
                                                || file.endsWith(".ckpt"))
                        .toList();
        if (!pickles.isEmpty()) {
            return new HubException(
                    Reason.UNUSABLE,
                    "%s has its weights as pickles alone (%s), which are programs and are never read. Save them as safetensors in Python: save_pretrained(DIR), and pass DIR; or ask for a revision that has them, such as refs/pr/N of the hub's converter."
                            .formatted(name, JsonReasons.shown(pickles.get(0))));
        }
        return new HubException(
                Reason.UNUSABLE,
                "%s has neither %s nor %s nor %s. It holds: %s. Pass the name of a model or an adapter with safetensors."
                        .formatted(name, MODEL, INDEX, ADAPTER, JsonReasons.shown(listed)));
    }

    private static List<String> checked(HubName name, Collection<String> files)
            throws HubException {
        List<String> all = new ArrayList<>(files);
        for (String file : all) {
            String fault = SafeNames.fault(file).orElse("");
            if (!fault.isEmpty()) {
                throw new HubException(
                        Reason.BROKEN,
                        "%s lists a file '%s', whose name %s. Nothing was downloaded; do not trust this repository, or check HF_ENDPOINT."
                                .formatted(name, JsonReasons.shown(file), fault));
            }
        }
        return all;
    }

    /** The files that an index in the cache names, as names in the repository. */
    static Set<String> shards(Path index) throws IOException {
        Path folder = index.resolveSibling("");
        Set<String> names = new LinkedHashSet<>();
        for (Path shard : ShardIndex.read(index).shards().values()) {
            names.add(folder.relativize(shard).toString().replace('\\', '/'));
        }
        return names;
    }

    /** Whether a snapshot can be loaded: an adapter with its tensors, or a model with its. */
    static boolean loadable(CacheFolder cache, String commit) throws IOException {
        if (cache.has(commit, ADAPTER_CONFIG) || cache.has(commit, ADAPTER)) {
            return cache.has(commit, ADAPTER_CONFIG) && cache.has(commit, ADAPTER);
        }
        if (!cache.has(commit, CONFIG)) {
            return false;
        }
        if (cache.has(commit, MODEL)) {
            return true;
        }
        Path index = cache.file(commit, INDEX);
        return Files.isRegularFile(index)
                && shards(index).stream().allMatch(shard -> cache.has(commit, shard));
    }

    /** Whether a snapshot has all that its commit has of what is needed. */
    static boolean settled(CacheFolder cache, String commit) throws IOException {
        return SMALL.stream().allMatch(file -> cache.has(commit, file) || cache.lacks(commit, file))
                && loadable(cache, commit);
    }
}
