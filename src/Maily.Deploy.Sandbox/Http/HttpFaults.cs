using System.IO.Enumeration;

namespace Maily.Deploy.Sandbox.Http;

/// <summary>The faults that are set on one stand-in. Safe to use from several threads.</summary>
public sealed class HttpFaults
{
    readonly Lock gate = new();
    List<HttpFault> pending = [];

    /// <summary>The faults that have not been used up, in the order in which they are tried.</summary>
    public IReadOnlyList<HttpFault> Pending
    {
        get
        {
            lock (gate)
                return [.. pending];
        }
    }

    /// <summary>Sets a fault; earlier ones win where several match.</summary>
    /// <param name="fault">The fault to set.</param>
    public void Add(HttpFault fault)
    {
        lock (gate)
            pending.Add(fault);
    }

    /// <summary>Removes every fault.</summary>
    public void Clear()
    {
        lock (gate)
            pending = [];
    }

    internal HttpFault? Take(string method, string path)
    {
        lock (gate)
        {
            for (var index = 0; index < pending.Count; index++)
            {
                if (!Matches(pending[index], method, path))
                    continue;
                var fault = pending[index];
                Spend(index);
                return fault.Skip > 0 ? null : fault;
            }

            return null;
        }
    }

    void Spend(int index)
    {
        var fault = pending[index];
        if (fault.Skip > 0)
            pending[index] = fault with { Skip = fault.Skip - 1 };
        else if (fault.Count is > 1)
            pending[index] = fault with { Count = fault.Count - 1 };
        else if (fault.Count is not null)
            pending.RemoveAt(index);
    }

    static bool Matches(HttpFault fault, string method, string path) =>
        (fault.Method == "*" || string.Equals(fault.Method, method, StringComparison.OrdinalIgnoreCase))
        && FileSystemName.MatchesSimpleExpression(fault.Path, path, ignoreCase: false);
}
