using System.Collections.Immutable;

namespace Maily.Deploy.Postgres.Scratch;

/// <summary>What migrations make or change of what the target's platform has, so that a scratch database must not have it before them.</summary>
sealed record MadeObjects
{
    /// <summary>No migration will be run.</summary>
    public static MadeObjects None { get; } = new();

    /// <summary>Extensions that they make without "if not exists".</summary>
    public ImmutableHashSet<string> Extensions { get; init; } = [];

    /// <summary>Extensions that they make in either way.</summary>
    public ImmutableHashSet<string> NamedExtensions { get; init; } = [];

    /// <summary>Publications.</summary>
    public ImmutableHashSet<string> Publications { get; init; } = [];

    /// <summary>Triggers, as schema, table and name.</summary>
    public ImmutableHashSet<string> Triggers { get; init; } = [];

    /// <summary>The roles whose default rights in <c>public</c> they change; empty text: that of the role that they run as.</summary>
    public ImmutableHashSet<string> DefaultRights { get; init; } = [];

    /// <summary>Whether they change the default rights in <c>public</c> of the role that they run as.</summary>
    public bool ChangesDefaultRightsOf(string role) => DefaultRights.Contains("") || DefaultRights.Contains(role);
}
