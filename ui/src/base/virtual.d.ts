/** Stylesheets that the build writes. */
declare module 'virtual:tokens.css';
declare module 'virtual:chinese.css';
