namespace NukeRunner.Output;

/// <summary>Where a run prints to.</summary>
internal interface IConsole
{
    /// <summary>Whether a person watches: lines can be drawn over.</summary>
    bool IsTerminal { get; }

    /// <summary>Columns of the terminal.</summary>
    int Width { get; }

    void Write(string text);
}
