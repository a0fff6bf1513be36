namespace ProcessArsenal.Demo;

/// <summary>The story does not go as it should.</summary>
public sealed class StoryException : Exception
{
    public StoryException()
    {
    }

    public StoryException(string message)
        : base(message)
    {
    }

    public StoryException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
