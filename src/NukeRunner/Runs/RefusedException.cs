namespace NukeRunner.Runs;

/// <summary>The run is refused before any target ran; the message says why and what to do.</summary>
internal sealed class RefusedException(string message, Exception? inner = null) : Exception(message, inner);
