package io.github.peft4j.examples.quickstart;

import io.github.peft4j.config.TaskType;
import io.github.peft4j.hub.Hub;
import io.github.peft4j.hub.HubException;
import io.github.peft4j.hub.HubListener;
import io.github.peft4j.hub.HubOptions;
import io.github.peft4j.hub.HubPlan;
import io.github.peft4j.task.folder.AdapterFolder;
import io.github.peft4j.transformers.LoadOptions;
import io.github.peft4j.transformers.TransformerModel;
import io.github.peft4j.transformers.Transformers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Models and adapters by their names on the hub. */
public final class LoadFromHub {

    private LoadFromHub() {}

    /** How many parameters a model of the hub has. */
    public static int parameters(HubOptions options) throws IOException {
        // snippet: hub-model
        try (TransformerModel model =
                Transformers.load("org/name", TaskType.SEQ_CLS, LoadOptions.DEFAULT, options)) {
            return model.parameters().size();
        }
        // end
    }

    /** The labels of an adapter of the hub, on the base that it names. */
    public static List<String> labels() throws IOException {
        // snippet: hub-adapter
        try (AdapterFolder folder = AdapterFolder.load("org/adapter")) {
            return folder.labels();
        }
        // end
    }

    /** A mirror, a cache, a commit; and a word before anything is downloaded. */
    public static Path pull(String mirror, Path cache, String commit) throws IOException {
        // snippet: hub-options
        HubOptions options =
                HubOptions
                        .builder() // what is not set here: HF_ENDPOINT, HF_HUB_CACHE, HF_TOKEN, ...
                        .optEndpoint(mirror)
                        .optCache(cache)
                        .optRevision(commit)
                        .optListener(
                                new HubListener() {
                                    @Override
                                    public void planned(HubPlan plan) {
                                        System.out.println(plan.text()); // files, size, licence
                                    }
                                })
                        .build();
        Path directory = new Hub(options).pull("org/name");
        // end
        return directory;
    }

    /** A model, or the next best thing. */
    public static String tried(HubOptions options) throws IOException {
        // snippet: hub-errors
        try {
            return new Hub(options).pull("org/name").toString();
        } catch (HubException e) {
            return switch (e.reason()) {
                case NOT_ALLOWED -> "log in: " + e.getMessage();
                case OFFLINE, UNREACHABLE -> "later: " + e.getMessage();
                default -> throw e;
            };
        }
        // end
    }
}
