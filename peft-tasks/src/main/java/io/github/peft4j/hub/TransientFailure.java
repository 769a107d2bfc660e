package io.github.peft4j.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Something that may be over at the next try. */
final class TransientFailure extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Optional<Duration> asked;

    TransientFailure(String message) {
        super(message);
        asked = Optional.empty();
    }

    TransientFailure(String message, Optional<Duration> asked) {
        super(message);
        this.asked = asked;
    }

    TransientFailure(String message, Throwable cause) {
        super(message, cause);
        asked = Optional.empty();
    }

    /** How long the server asks to wait. */
    Optional<Duration> pause() {
        return asked;
    }
}
