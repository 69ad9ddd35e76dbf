namespace Maily.Deploy.Sandbox.Wires;

/// <summary>How a far side refuses.</summary>
/// <param name="Answer">The bytes that answer in its place; empty where the far side itself was told to refuse.</param>
public sealed record WireRefusal(ReadOnlyMemory<byte> Answer)
{
    /// <summary>An error of a plain HTTP service.</summary>
    public static WireRefusal Http { get; } = new("HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: 55\r\nConnection: close\r\n\r\n{\"error\":{\"code\":\"drill\",\"message\":\"refused by drill\"}}"u8.ToArray());

    /// <summary>The far side itself was told to refuse: the bytes reach it.</summary>
    public static WireRefusal ByFarSide { get; } = new(ReadOnlyMemory<byte>.Empty);
}
