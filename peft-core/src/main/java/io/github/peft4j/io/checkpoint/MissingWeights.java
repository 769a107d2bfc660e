package io.github.peft4j.io.checkpoint;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.exception.UnsupportedFeatureException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The error for a directory without safetensors weights. */
public final class MissingWeights {

    private static final int MOST_LISTED = 10;

    private MissingWeights() {}

    /**
     * The error to throw.
     *
     * @param wanted the file that should be there
     * @param pickles pattern of the pickled files that may be there instead
     * @throws UnsupportedFeatureException if they are, with the cure
     */
    public static IOException in(Path directory, String wanted, String pickles) throws IOException {
        if (!Files.exists(directory)) {
            return new NoSuchFileException(
                    directory.toString(), null, "there is no such directory. Check the path.");
        }
        ImmutableList<String> pickled = list(directory, pickles);
        if (!pickled.isEmpty()) {
            throw new UnsupportedFeatureException(refusal(directory, wanted, pickled));
        }
        ImmutableList<String> found = list(directory, "*");
        return new NoSuchFileException(
                directory.resolve(wanted).toString(),
                null,
                "there is no such file. The directory holds "
                        + found.subList(0, Math.min(MOST_LISTED, found.size()))
                        + (found.size() > MOST_LISTED ? " and more" : "")
                        + ". Pass a directory that Hugging Face's save_pretrained has written.");
    }

    private static String refusal(Path directory, String wanted, ImmutableList<String> pickled) {
        return directory
                + " holds pickled weights only ("
                + Joiner.on(", ").join(pickled)
                + "). Reading a pickle may run code, so they are not opened. Convert them once in"
                + " Python, in that directory:\n"
                + "import torch; from safetensors.torch import save_file\n"
                + "save_file({k: v.clone().contiguous() for f in ['"
                + Joiner.on("', '").join(pickled)
                + "'] for k, v in torch.load(f, map_location='cpu', weights_only=True).items()}, '"
                + wanted
                + "', metadata={'format': 'pt'})";
    }

    private static ImmutableList<String> list(Path directory, String glob) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, glob)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        return ImmutableList.sortedCopyOf(names);
    }
}
