using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Http;

/// <summary>What a stand-in brings to its host.</summary>
sealed record StandInService
{
    /// <summary>The service itself.</summary>
    public required RequestDelegate Handle { get; init; }

    /// <summary>What <c>GET /_state</c> answers; without secrets.</summary>
    public required Func<object> State { get; init; }

    /// <summary>Further control paths, by method and path, such as <c>POST /_faults/build</c>.</summary>
    public IReadOnlyDictionary<string, RequestDelegate> Controls { get; init; } = new Dictionary<string, RequestDelegate>();

    /// <summary>What must never stand in the request log.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>Loopback port; 0 takes a free one.</summary>
    public int Port { get; init; }

    public long MaxRequestBytes { get; init; } = 30_000_000;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
