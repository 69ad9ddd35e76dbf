namespace NukeRunner.Output;

/// <summary>
/// Prints a run so that each target's lines stay together: the oldest running target is seen line by line, the others
/// when they end, or when it is their turn to be the oldest.
/// </summary>
internal sealed class RunOutput(IConsole console, IOutputStyle style, SecretMask mask)
{
    readonly Lock gate = new();
    readonly List<Block> running = [];
    Block? shown;
    string live = "";

    public IOutputStyle Style => style;

    /// <summary>A line that belongs to no target; it may stand amid the lines of one.</summary>
    public void Line(string line = "")
    {
        lock (gate)
            Print([line]);
    }

    public void Lines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
            Line(line);
    }

    public Block Begin(string title)
    {
        lock (gate)
        {
            var block = new Block(this, title);
            running.Add(block);
            if (running.Count == 1)
                Open(block);
            return block;
        }
    }

    /// <summary>Replaces the line below the log, on a terminal; empty for none.</summary>
    public void Live(string text)
    {
        lock (gate)
        {
            live = text.Length > console.Width ? text[..console.Width] : text;
            Print([]);
        }
    }

    void Write(Block block, IReadOnlyList<string> lines)
    {
        lock (gate)
        {
            if (running.Count > 0 && running[0] == block)
            {
                Open(block);
                Print(lines);
            }
            else
            {
                block.Waiting.AddRange(lines);
            }
        }
    }

    void End(Block block)
    {
        lock (gate)
        {
            Open(block);
            Close();
            running.Remove(block);
            if (running is [var oldest, ..] && oldest.Waiting.Count > 0)
                Open(oldest);
        }
    }

    void Open(Block block)
    {
        if (shown == block)
            return;
        Close();
        shown = block;
        Print(style.Header(block.Title + (block.Opened ? " (continued)" : "")));
        block.Opened = true;
        Print(block.Waiting);
        block.Waiting.Clear();
    }

    void Close()
    {
        if (shown is not null)
            Print(style.Footer(shown.Title));
        shown = null;
    }

    void Print(IEnumerable<string> lines)
    {
        var text = string.Concat(lines.Select(x => mask.Apply(x) + "\n"));
        console.Write(console.IsTerminal ? $"\r\e[K{text}{live}" : text);
    }

    /// <summary>The lines of one target.</summary>
    internal sealed class Block(RunOutput output, string title) : IDisposable
    {
        public string Title { get; } = title;
        public bool Opened { get; set; }
        public List<string> Waiting { get; } = [];

        public void Lines(IReadOnlyList<string> lines) => output.Write(this, lines);

        public void Dispose() => output.End(this);
    }
}
